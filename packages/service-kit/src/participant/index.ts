/** For services that serve the commands of a queue. Only this entry knows the broker. */
export {
  bootParticipant,
  type ParticipantOptions,
  type ParticipantParts,
  type ServiceParts,
} from './boot-participant.js';
export { serveCommands, type ServedCommands } from './serve-commands.js';
