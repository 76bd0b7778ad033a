/** What a program needs to be found, to load its libraries, and to read names that are not ASCII. */
const HANDED_ON = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'LD_LIBRARY_PATH'];

/**
 * What a server of ours finds in its environment: nothing that was meant for the apps (their addresses
 * hold passwords), and nothing that would steer it elsewhere (PGDATA, RABBITMQ_…, ERL_FLAGS).
 */
export function serverEnvironment(inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    HANDED_ON.flatMap((name) => (inherited[name] ? [[name, inherited[name]]] : [])),
  );
}
