import {
  ERROR_CODES,
  httpStatusOf,
  type ErrorCodeName,
  type FieldProblem,
} from '@backstitch/shared-types';

/** The fields of application/problem+json (RFC 9457), and what older clients of this API read. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCodeName;
  errors?: FieldProblem[];
  requestId?: string;
  success: false;
  statusCode: number;
  message: string;
  [extension: string]: unknown;
}

export interface ProblemOptions {
  /** One entry per field that is wrong. */
  errors?: FieldProblem[];
  /** Further members of the document, such as sagaId. */
  extensions?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** One of very many: it is counted where it is thrown, and not logged. */
  quiet?: boolean;
  cause?: unknown;
}

/** An answer that is not a success: thrown by controllers, written by ProblemFilter. */
export class Problem extends Error {
  readonly status: number;

  constructor(
    readonly code: ErrorCodeName,
    /** For the caller to read: never a technical reason. Defaults to the code's title. */
    readonly detail: string = ERROR_CODES[code].title,
    readonly options: ProblemOptions = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'Problem';
    this.status = httpStatusOf(code);
  }

  document(requestId?: string): ProblemDocument {
    return {
      type: `/problems/${this.code.toLowerCase()}`,
      title: ERROR_CODES[this.code].title,
      status: this.status,
      detail: this.detail,
      code: this.code,
      ...(this.options.errors && { errors: this.options.errors }),
      ...this.options.extensions,
      ...(requestId && { requestId }),
      success: false,
      statusCode: this.status,
      message: this.detail,
    };
  }
}

/** One or more fields of a request are wrong; the detail names them all. */
export function validationProblem(errors: FieldProblem[]): Problem {
  const detail = errors.map(({ message }) => message).join('; ');
  return new Problem('VALIDATION_FAILED', detail, { errors });
}
