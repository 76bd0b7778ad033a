import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Logger, reasonOf } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import type { Transporter } from 'nodemailer';
import type { Message } from './messages.js';

export interface MailSettings {
  /** Undefined: messages are written as files into `folder`. */
  smtpUrl: string | undefined;
  folder: string;
  from: string;
}

const ANSWER_WITHIN_MS = 10_000;
const SAFE = { disableFileAccess: true, disableUrlAccess: true };

/** Sends e-mails by SMTP, or writes them as `.eml` files: for development. */
export class Mailer {
  private transport: Promise<Transporter> | undefined;
  private readonly sending = new Set<Promise<void>>();

  constructor(
    private readonly settings: MailSettings,
    private readonly logger: Logger,
  ) {}

  /**
   * Makes and sends a message after the answer: how long that takes must not tell whether there is
   * one. A failure is logged; the person asks for another e-mail.
   */
  sendSoon(make: () => Message | undefined | Promise<Message | undefined>): void {
    const sending = this.makeAndSend(make).catch((error: unknown) => {
      this.logger.error({ why: reasonOf(error) }, 'an e-mail could not be sent');
    });
    this.sending.add(sending);
    void sending.then(() => this.sending.delete(sending));
  }

  /** Waits for the e-mails under way. */
  async close(): Promise<void> {
    await Promise.all(this.sending);
    (await this.transport)?.close();
  }

  private async makeAndSend(make: Parameters<Mailer['sendSoon']>[0]): Promise<void> {
    await setImmediate();
    const message = await make();
    if (message) await this.send(message);
  }

  private async send(message: Message): Promise<void> {
    const { smtpUrl, folder, from } = this.settings;
    this.transport ??= transportTo(smtpUrl);
    const sent: unknown = await (await this.transport).sendMail({ ...message, from });
    if (smtpUrl) return;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${newUuid()}.eml`);
    await writeFile(file, (sent as { message: Buffer }).message, { mode: 0o600 });
    this.logger.info({ file }, 'an e-mail was written into a file');
  }
}

/** Loads the library at the first e-mail: most processes send few. */
async function transportTo(smtpUrl: string | undefined): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const timeouts = { connectionTimeout: ANSWER_WITHIN_MS, socketTimeout: ANSWER_WITHIN_MS };
  return smtpUrl
    ? createTransport({ url: smtpUrl, ...timeouts, ...SAFE })
    : createTransport({ streamTransport: true, buffer: true, ...SAFE });
}
