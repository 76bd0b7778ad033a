import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everyFailure, given } from '@backstitch/saga-engine/testing';
import { trip } from './trip-saga.js';

const options = {
  input: { to: 'Rome' },
  responses: { FLIGHT_BOOKED: { reference: 'flight 1' } },
};

test('a trip without a free car gives hotel and flight back, in this order', () => {
  given(trip, options)
    .sends('FLIGHT_BOOKED', { to: 'Rome' })
    .done()
    .sends('HOTEL_BOOKED')
    .done()
    .sends('CAR_RENTED')
    .rejected('SOLD_OUT')
    .sends('CANCEL_HOTEL')
    .done()
    .sends('CANCEL_FLIGHT')
    .done()
    .isUndone('SOLD_OUT');
});

test('a trip is whole or undone, whatever fails', () => {
  const cases = everyFailure(trip, options);
  assert.ok(cases.length > 50);
  assert.deepEqual(
    cases.filter(({ problems }) => problems.length > 0),
    [],
  );
});
