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
  UseGuards,
} from '@nestjs/common';
import { AccountGuard, Caller } from '../sessions/account.guard.js';
import type { LiveSession, SessionView } from '../sessions/session.js';
import { SessionsHandler } from '../sessions/sessions.handler.js';
import { type Profile, profileOf } from './account.js';
import { ProfileRequest } from './accounts.dto.js';
import { AccountsHandler } from './accounts.handler.js';

/** A person's own account and sessions. */
@Controller('api/me')
@UseGuards(AccountGuard)
export class MeController {
  constructor(
    @Inject(AccountsHandler) private readonly accounts: AccountsHandler,
    @Inject(SessionsHandler) private readonly sessions: SessionsHandler,
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

  @Get('sessions')
  @Header('cache-control', 'no-store')
  async list(@Caller() caller: LiveSession): Promise<{ sessions: SessionView[] }> {
    return { sessions: await this.sessions.list(caller) };
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  end(@Caller() caller: LiveSession, @Param('id', new UuidParam('id')) id: string): Promise<void> {
    return this.sessions.end(caller, id);
  }
}
