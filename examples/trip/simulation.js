import { trip } from './trip-saga.js';

/** What `npx saga-sim simulation.js` runs. */
export default {
  definition: trip,
  input: { to: 'Rome' },
  responses: { FLIGHT_BOOKED: { reference: 'flight 1' } },
};
