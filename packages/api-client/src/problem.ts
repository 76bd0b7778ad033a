/** A wrong field of a request. */
export interface FieldProblem {
  field?: string;
  message: string;
}

/** What the API said about a request that it did not serve, as RFC 9457 has it. */
export class ApiProblem extends Error {
  constructor(
    /** 0: there was no answer. */
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly requestId: string | undefined,
    readonly errors: readonly FieldProblem[] = [],
    /** Further members, such as orderId. */
    readonly members: Readonly<Record<string, unknown>> = {},
    readonly retryAfterMs?: number,
  ) {
    super(detail);
    this.name = 'ApiProblem';
  }
}

export const OUT_OF_REACH = 'OUT_OF_REACH';

/** The request may have been served: only its answer is missing. */
export function outOfReach(): ApiProblem {
  const detail = 'Check that the server runs and that this device is online.';
  return new ApiProblem(0, OUT_OF_REACH, 'The server cannot be reached', detail, undefined);
}

/** The problem of a refusing answer; also of one whose body is no problem document. */
export function problemOf(response: Pick<Response, 'status' | 'headers'>, body: unknown) {
  const members = isRecord(body) ? body : {};
  const text = (name: string): string | undefined => {
    const value = members[name];
    return typeof value === 'string' ? value : undefined;
  };
  const { status, headers } = response;
  const title = text('title') ?? `The server answered ${status}`;
  const retryAfter = Number(headers.get('retry-after') ?? NaN);
  return new ApiProblem(
    status,
    text('code') ?? `HTTP_${status}`,
    title,
    text('detail') ?? title,
    text('requestId') ?? headers.get('x-request-id') ?? undefined,
    fieldProblems(members['errors']),
    members,
    Number.isFinite(retryAfter) ? retryAfter * 1000 : undefined,
  );
}

function fieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map(({ field, message }) => ({
    ...(typeof field === 'string' && { field }),
    message: typeof message === 'string' ? message : 'Not valid',
  }));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
