/** `node --import …/shift-date.js`: a process whose clock is off by CLOCK_SHIFT_MS. */
import { shiftedDate } from './shifted-date.js';

globalThis.Date = shiftedDate(Date, Number(process.env['CLOCK_SHIFT_MS']));
