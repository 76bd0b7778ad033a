import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ClientNetworks } from '../attempts/client-networks.js';
import { PasswordsHandler } from '../passwords/passwords.handler.js';
import { AccountGuard } from '../sessions/account.guard.js';
import { EmailRequest, LinkRequest, ResetRequest } from './accounts.dto.js';
import { EmailsHandler } from './emails.handler.js';

/** What a person does by a link in an e-mail, without being logged in. */
@Controller('api/auth')
export class LinksController {
  constructor(
    @Inject(PasswordsHandler) private readonly passwords: PasswordsHandler,
    @Inject(EmailsHandler) private readonly emails: EmailsHandler,
    @Inject(ClientNetworks) private readonly networks: ClientNetworks,
    @Inject(AccountGuard) private readonly guard: AccountGuard,
  ) {}

  @Post('password/forgot')
  @HttpCode(202)
  forgot(@Body() { email }: EmailRequest, @Req() request: FastifyRequest): Promise<void> {
    return this.passwords.forgot(email, this.networks.of(request));
  }

  @Post('password/reset')
  @HttpCode(204)
  async reset(@Body() body: ResetRequest, @Req() request: FastifyRequest): Promise<void> {
    await this.passwords.reset(body, await this.callerOf(request), this.networks.of(request));
  }

  @Post('email/verify')
  @HttpCode(204)
  verify(@Body() { token }: LinkRequest, @Req() request: FastifyRequest): Promise<void> {
    return this.emails.verify(token, this.networks.of(request));
  }

  /** Another link, for an address that is not verified. The answer does not tell whether it is. */
  @Post('email/resend')
  @HttpCode(202)
  resend(@Body() { email }: EmailRequest, @Req() request: FastifyRequest): Promise<void> {
    return this.emails.resend(email, this.networks.of(request));
  }

  @Post('email/change')
  @HttpCode(204)
  async change(@Body() { token }: LinkRequest, @Req() request: FastifyRequest): Promise<void> {
    await this.emails.change(token, await this.callerOf(request), this.networks.of(request));
  }

  /** The account of the access token, where there is one: the link must be of the same account. */
  private async callerOf({ headers }: FastifyRequest): Promise<string | undefined> {
    if (headers.authorization === undefined) return undefined;
    return (await this.guard.sessionOf(headers.authorization)).account.id;
  }
}
