import { join } from 'node:path';
import { serverEnvironment } from './server-environment.js';

export interface RabbitPlan {
  folder: string;
  nodeName: string;
  amqpPort: number;
  managementPort: number;
  distributionPort: number;
  epmdPort: number;
  user: string;
  password: string;
  /** The node names of its cluster, its own included; none when it is alone. */
  peers: readonly string[];
  schedulers: number;
}

/** The broker's configuration file: loopback only, our user, the management UI. */
export function rabbitConfig(plan: RabbitPlan): string {
  return [
    `listeners.tcp.default = 127.0.0.1:${plan.amqpPort}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${plan.managementPort}`,
    'loopback_users = none',
    `default_user = ${plan.user}`,
    `default_pass = ${plan.password}`,
    // The management UI's numbers, five times fresher than by default.
    'collect_statistics_interval = 1000',
    'log.file.level = warning',
    ...clusterLines(plan.peers),
    '',
  ].join('\n');
}

function clusterLines(peers: readonly string[]): string[] {
  if (peers.length === 0) return [];
  return [
    'cluster_formation.peer_discovery_backend = classic_config',
    ...peers.map((name, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${name}`),
    // A node that sees less than half of the cluster takes nothing: two halves never both go on.
    'cluster_partition_handling = pause_minority',
  ];
}

export const ENABLED_PLUGINS = '[rabbitmq_management].\n';

/** Where Erlang keeps the secret of its cluster: in the home of the user who starts it. */
export const COOKIE_FILE = '.erlang.cookie';

/** What a command needs to ask the broker, as `rabbitmqctl` does. The cookie is in its home. */
export function rabbitCommandEnvironment(
  plan: RabbitPlan,
  inherited: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  return {
    ...serverEnvironment(inherited),
    HOME: plan.folder,
    RABBITMQ_NODENAME: plan.nodeName,
    RABBITMQ_CONF_ENV_FILE: join(plan.folder, 'no-env.conf'),
    ERL_EPMD_PORT: String(plan.epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CTL_ERL_ARGS: LOOPBACK,
  };
}

/** The Erlang distribution listens for neighbours on this machine only. */
const LOOPBACK = '-kernel inet_dist_use_interface {127,0,0,1}';

/** All files of the broker are in its folder; its Erlang neighbours are its own too. */
export function rabbitEnvironment(
  plan: RabbitPlan,
  inherited: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const inFolder = (name: string) => join(plan.folder, name);
  return {
    ...rabbitCommandEnvironment(plan, inherited),
    RABBITMQ_NODE_PORT: String(plan.amqpPort),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(plan.distributionPort),
    RABBITMQ_MNESIA_BASE: inFolder('mnesia'),
    RABBITMQ_LOG_BASE: inFolder('log'),
    RABBITMQ_PID_FILE: inFolder('pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('enabled_plugins'),
    RABBITMQ_CONFIG_FILE: inFolder('rabbitmq.conf'),
    RABBITMQ_GENERATED_CONFIG_DIR: inFolder('generated'),
    RABBITMQ_FEATURE_FLAGS_FILE: inFolder('feature_flags'),
    // The script then becomes the broker instead of waiting for it: one process, one pid.
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: [
      '-noinput',
      `+S ${plan.schedulers}:${plan.schedulers}`,
      '+sbwt none +sbwtdcpu none +sbwtdio none', // idle threads sleep instead of spinning
      LOOPBACK,
    ].join(' '),
  };
}
