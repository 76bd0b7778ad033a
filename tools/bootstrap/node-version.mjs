/** The oldest Node.js that can load this project's libraries (they are ESM that require() can reach). */
const OLDEST = [20, 19];
/** Node 21 and 22 before 22.12 lack what 20.19 got. */
const OLDEST_OF_22 = [22, 12];

/** Why this Node.js cannot run the project, in words; undefined when it can. */
export function nodeIsTooOld(version) {
  const [major, minor] = version.split('.').map(Number);
  const oldest = major === 21 || major === 22 ? OLDEST_OF_22 : OLDEST;
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return undefined;
  return (
    `Backstitch needs Node.js 20.19 or newer (22.12 or newer in the 22 line); this is ${version}.\n` +
    'Get a newer one from https://nodejs.org or your version manager (nvm, fnm, volta), then run the command again.'
  );
}
