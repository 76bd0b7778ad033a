import { command, defineSaga, step, undo } from '@backstitch/saga-engine';

const place = ({ input }) => ({ to: input.to });
const nothing = () => ({});

/**
 * A trip: a flight, a hotel and a car, or none of them. Each step has its undo beside it. From the
 * first send of TICKETS_SENT on, the saga only goes forward.
 */
export const trip = defineSaga({
  name: 'trip',
  version: 1,
  deadlineMs: 60_000,
  steps: [
    step('FLIGHT_BOOKED', {
      do: command('flights', 'book', place),
      undo: undo('CANCEL_FLIGHT', 'flights', 'cancel', nothing),
      rejections: ['SOLD_OUT'],
      keep: (response) => ({ seat: response.reference }),
    }),
    step('HOTEL_BOOKED', {
      do: command('hotels', 'book', place),
      undo: undo('CANCEL_HOTEL', 'hotels', 'cancel', nothing),
      rejections: ['SOLD_OUT'],
    }),
    step('CAR_RENTED', {
      do: command('cars', 'book', place),
      undo: undo('CANCEL_CAR', 'cars', 'cancel', nothing),
      rejections: ['SOLD_OUT'],
    }),
    step('TICKETS_SENT', {
      do: command('tickets', 'book', ({ kept }) => ({ seat: kept.FLIGHT_BOOKED.seat })),
      pivot: true,
    }),
  ],
});
