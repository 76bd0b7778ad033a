import { UuidParam } from '@backstitch/service-kit';
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Req,
  UseGuards,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ClientNetworks } from '../attempts/client-networks.js';
import { PasswordsHandler } from '../passwords/passwords.handler.js';
import { AccountGuard, Caller } from '../sessions/account.guard.js';
import type { LiveSession, SessionView } from '../sessions/session.js';
import { SessionsHandler } from '../sessions/sessions.handler.js';
import { type Profile, profileOf } from './account.js';
import { EmailChangeRequest, PasswordChangeRequest, ProfileRequest } from './accounts.dto.js';
import { AccountsHandler } from './accounts.handler.js';
import { EmailsHandler } from './emails.handler.js';

/** A person's own account and sessions. */
@Controller('api/me')
@UseGuards(AccountGuard)
export class MeController {
  constructor(
    @Inject(AccountsHandler) private readonly accounts: AccountsHandler,
    @Inject(SessionsHandler) private readonly sessions: SessionsHandler,
    @Inject(PasswordsHandler) private readonly passwords: PasswordsHandler,
    @Inject(EmailsHandler) private readonly emails: EmailsHandler,
    @Inject(ClientNetworks) private readonly networks: ClientNetworks,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  profile(@Caller() { account }: LiveSession): Profile {
    return profileOf(account);
  }

  @Patch()
  rename(@Caller() { account }: LiveSession, @Body() { name }: ProfileRequest): Promise<Profile> {
    return this.accounts.rename(account, name);
  }

  @Post('password')
  @HttpCode(204)
  async changePassword(
    @Caller() caller: LiveSession,
    @Body() body: PasswordChangeRequest,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.passwords.change(caller, body, this.networks.of(request));
  }

  @Post('email')
  @HttpCode(202)
  async changeEmail(
    @Caller() caller: LiveSession,
    @Body() body: EmailChangeRequest,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.emails.requestChange(caller, body, this.networks.of(request));
  }

  @Get('sessions')
  @Header('cache-control', 'no-store')
  async list(@Caller() caller: LiveSession): Promise<{ sessions: SessionView[] }> {
    return { sessions: await this.sessions.list(caller) };
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  end(
    @Caller() caller: LiveSession,
    @Param('id', new UuidParam('id')) id: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    return this.sessions.end(caller, id, this.networks.of(request));
  }
}
