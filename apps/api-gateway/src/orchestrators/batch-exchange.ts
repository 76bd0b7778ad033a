import { CHECKOUT_BATCH_MEDIA_TYPE, BatchedAnswerReader } from '@backstitch/shared-types';
import type { Dispatcher } from 'undici';
import type { Deadline } from './deadline.js';
import type { UpstreamAnswer } from './exchange.js';

/** One checkout of a batch. */
export interface BatchMember {
  readonly deadline: Deadline;
  readonly resolve: (answer: UpstreamAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Reads the answer to a batch. Each member gets its own answer as soon as it has arrived. If the
 * connection fails, all members without an answer fail. A member whose deadline passes leaves the
 * batch. If the batch is not accepted as a batch, `refused` is called with the members that were
 * certainly not served: after a 4xx, all members. Any other answer may come from a proxy after the
 * fact.
 */
export class BatchExchange<Member extends BatchMember> implements Dispatcher.DispatchHandler {
  private readonly open: Map<number, Member>;
  private readonly reader = new BatchedAnswerReader();
  /** The status of an answer that is not a batch. */
  private refusal: number | undefined;
  private controller: Dispatcher.DispatchController | undefined;

  constructor(
    members: readonly Member[],
    private readonly refused: (members: readonly Member[]) => void,
  ) {
    this.open = new Map(members.map((member, n) => [n, member]));
    for (const [n, { deadline, reject }] of this.open) {
      deadline.ends((reason) => {
        this.open.delete(n);
        reject(reason);
        if (this.open.size === 0) this.controller?.abort(reason);
      });
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.open.size === 0)
      controller.abort(new Error('the deadlines of the whole batch have passed'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: UpstreamAnswer['headers'],
  ): void {
    if (status < 200) return;
    const isBatch = String(headers['content-type']).startsWith(CHECKOUT_BATCH_MEDIA_TYPE);
    this.refusal = status === 200 && isBatch ? undefined : status;
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.refusal !== undefined) return;
    try {
      for (const { n, ...answer } of this.reader.push(piece)) this.take(n)?.resolve(answer);
    } catch (error) {
      controller.abort(error as Error);
    }
  }

  onResponseEnd(): void {
    const status = this.refusal;
    if (status === undefined) return this.fail(new Error('an answer of a batch is missing'));
    const unserved = status >= 400 && status < 500 ? this.takeAll() : [];
    this.fail(new Error(`a batch was answered by ${status}`));
    this.refused(unserved);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  private fail(error: Error): void {
    for (const { reject } of this.takeAll()) reject(error);
  }

  private takeAll(): Member[] {
    return [...this.open.keys()].flatMap((n) => this.take(n) ?? []);
  }

  private take(n: number): Member | undefined {
    const member = this.open.get(n);
    this.open.delete(n);
    member?.deadline.ends(undefined);
    return member;
  }
}
