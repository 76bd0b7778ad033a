import { httpValidationPipe } from '@backstitch/service-kit';

const validation = httpValidationPipe();

/** A valid body, where it may be left out. Throws the 400 of the pipe, which requires one. */
export async function optionalBody<T extends object>(
  metatype: new () => T,
  sent: unknown,
): Promise<T> {
  return (await validation.transform(sent ?? {}, { type: 'body', metatype })) as T;
}
