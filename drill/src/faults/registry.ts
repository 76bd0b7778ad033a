import { BANK_FAULTS } from './bank-faults.js';
import { BROKER_FAULTS } from './broker-faults.js';
import { CANCEL_FAULTS } from './cancel-faults.js';
import { CLOCK_FAULTS } from './clock-faults.js';
import { DATABASE_FAULTS } from './database-faults.js';
import type { Fault } from './fault.js';
import { FAULT_POINT_FAULTS } from './fault-points.js';
import { IDENTITY_FAULTS } from './identity-faults.js';
import { LATE_FAULTS } from './late-faults.js';
import { MARKET_FAULTS } from './market-faults.js';
import { MESSAGE_FAULTS } from './message-faults.js';
import { PROCESS_FAULTS } from './process-faults.js';
import { QUEUE_FAULTS } from './queue-faults.js';

/** Every fault that the drill knows. */
export const ALL_FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...FAULT_POINT_FAULTS,
  ...BROKER_FAULTS,
  ...QUEUE_FAULTS,
  ...DATABASE_FAULTS,
  ...MESSAGE_FAULTS,
  ...LATE_FAULTS,
  ...BANK_FAULTS,
  ...CANCEL_FAULTS,
  ...CLOCK_FAULTS,
  ...IDENTITY_FAULTS,
  ...MARKET_FAULTS,
];
