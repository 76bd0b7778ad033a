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

/** The orchestrator's endpoints for operators. */
export class Orchestrator {
  constructor(private readonly url: string) {}

  get<Answer>(path: string): Promise<Answer> {
    return this.ask('GET', path);
  }

  post<Answer>(path: string, body: object): Promise<Answer> {
    return this.ask('POST', path, body);
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
      const response = await fetch(new URL(path, this.url), {
        method,
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(body && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
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
