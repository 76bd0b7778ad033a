/** The orchestrator refused; its message is for the operator to read. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly problem: unknown,
  ) {
    super(message);
    this.name = 'Refused';
  }
}

/** The orchestrator did not answer, or another program did. The action may have been done. */
export class NoAnswer extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NoAnswer';
  }
}

const PATIENCE_MS = 60_000;

/** Why, and who acts. */
export interface ActionBody {
  readonly reason: string;
  readonly operator: string;
  readonly repaired?: true;
}

/** Where the gateway has the endpoints for operators. */
const OPERATIONS = '/api/operations';

/**
 * The endpoints for operators: of an orchestrator, which serves requests without a token in
 * development, or of a gateway, with the operator's access token.
 */
export class Orchestrator {
  constructor(
    private readonly url: string,
    private readonly token?: string,
  ) {}

  get<Answer>(path: string): Promise<Answer> {
    return this.ask('GET', path);
  }

  /** With a token, the operator is its subject, and the body does not say. */
  post<Answer>(path: string, { operator, ...body }: ActionBody): Promise<Answer> {
    return this.ask('POST', path, this.token === undefined ? { ...body, operator } : body);
  }

  private async ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const { status, text } = await this.exchange(method, path, body);
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch (cause) {
      throw new NoAnswer(`${this.url} answered ${status} with no JSON`, { cause });
    }
    if (status < 400) return answer as Answer;
    const { code, detail } = answer as { code?: string; detail?: string };
    const message = `${code ?? status}: ${detail ?? 'it does not say why'}`;
    throw status >= 500 ? new NoAnswer(message) : new Refused(message, answer);
  }

  private async exchange(method: string, path: string, body: object | undefined) {
    try {
      const { token } = this;
      const response = await fetch(new URL(token ? OPERATIONS + path : path, this.url), {
        method,
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      const { message, cause } = error as Error;
      const why = cause instanceof Error ? cause.message || message : message;
      throw new NoAnswer(`no answer from the orchestrator at ${this.url}: ${why}`, {
        cause: error,
      });
    }
  }
}
