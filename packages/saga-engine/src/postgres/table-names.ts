/** What differs between the tables of two applications. */
export interface SagaTableNames {
  /** The column of saga_state that holds the subject's id: "order_id", say. */
  readonly subjectColumn: string;
}

const IDENTIFIER = /^[a-z_][a-z0-9_]*$/;

/** Throws RangeError for a name that would need quotes in SQL. */
export function checkedColumn(name: string): string {
  if (!IDENTIFIER.test(name)) throw new RangeError(`"${name}" is no plain column name`);
  return name;
}
