const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_OF_ANY_FORM = /^\{?[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}\}?$/i;

/** True for a UUID in its one normal form: lower case, with hyphens. */
export function isUuid(id: string): boolean {
  return UUID.test(id);
}

/** A UUID in its normal form, however it was written; any other id as it is. */
export function normalId(id: string): string {
  if (isUuid(id) || !UUID_OF_ANY_FORM.test(id)) return id;
  const digits = id.toLowerCase().replace(/[{}-]/g, '');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
