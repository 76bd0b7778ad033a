import { Body, Controller, Header, HttpCode, Inject, Post, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CodeRequest, TotpRequest } from '../accounts/accounts.dto.js';
import { ClientNetworks } from '../attempts/client-networks.js';
import { AccountGuard, Caller } from '../sessions/account.guard.js';
import type { LiveSession } from '../sessions/session.js';
import type { TokenPair } from '../sessions/sessions.handler.js';
import { TotpHandler } from './totp.handler.js';

/** A person's authenticator. */
@Controller('api/me')
@UseGuards(AccountGuard)
export class TotpController {
  constructor(
    @Inject(TotpHandler) private readonly totp: TotpHandler,
    @Inject(ClientNetworks) private readonly networks: ClientNetworks,
  ) {}

  @Post('totp')
  @Header('cache-control', 'no-store')
  offer(
    @Caller() caller: LiveSession,
    @Body() { currentPassword }: TotpRequest,
    @Req() request: FastifyRequest,
  ): Promise<{ uri: string }> {
    return this.totp.offer(caller, currentPassword, this.networks.of(request));
  }

  @Post('totp/confirm')
  @HttpCode(204)
  confirm(
    @Caller() caller: LiveSession,
    @Body() { code }: CodeRequest,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    return this.totp.confirm(caller, code, this.networks.of(request));
  }

  @Post('step-up')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  stepUp(
    @Caller() caller: LiveSession,
    @Body() { code }: CodeRequest,
    @Req() request: FastifyRequest,
  ): Promise<Omit<TokenPair, 'refreshToken'>> {
    return this.totp.stepUp(caller, code, this.networks.of(request));
  }
}
