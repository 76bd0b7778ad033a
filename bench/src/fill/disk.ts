const GB = 1e9;
/** Tables and indexes of one finished saga in all four databases, measured and rounded up. */
export const BYTES_PER_SAGA = 6_000;
/** The write-ahead log and what sorting needs, however many sagas there are. */
const BYTES_BESIDE = 4 * GB;

/** Why so many sagas do not fit on the disk, in words; undefined when they do. */
export function whyNoRoom(sagas: number, freeBytes: number): string | undefined {
  const neededBytes = sagas * BYTES_PER_SAGA + BYTES_BESIDE;
  if (freeBytes >= neededBytes) return undefined;
  const gb = (bytes: number) => (bytes / GB).toFixed(1);
  const fitting = Math.floor((freeBytes - BYTES_BESIDE) / BYTES_PER_SAGA / 1_000) * 1_000;
  const instead = fitting > 0 ? `; --sagas ${fitting} would fit` : '';
  return (
    `${sagas} finished sagas need ${gb(neededBytes)} GB on the disk of PostgreSQL, and ` +
    `${gb(freeBytes)} GB are free${instead}.`
  );
}
