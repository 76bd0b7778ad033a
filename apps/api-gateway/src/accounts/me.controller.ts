import { UuidParam } from '@backstitch/service-kit';
import {
  CodeRequest,
  EmailChangeRequest,
  PasswordChangeRequest,
  ProfileRequest,
  TotpRequest,
} from '@backstitch/shared-types';
import { Controller, Delete, Get, Inject, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  AccessTokenAnswer,
  AuthenticatorAnswer,
  ProfileAnswer,
  SessionsAnswer,
} from './account-answers.js';
import { AccountsRelay } from './accounts.relay.js';
import { ForwardedRoute } from './forwarded-route.js';

const REFUSED = { 401: 'No token, or the session has ended', 403: 'Not for this caller' };

/** A person's own account. identity-service serves these routes under the same addresses. */
@ApiTags('account')
@ApiBearerAuth()
@Controller('me')
export class MeController {
  constructor(@Inject(AccountsRelay) private readonly relay: AccountsRelay) {}

  @Get()
  @ForwardedRoute({
    summary: 'The own account',
    status: 200,
    answer: ProfileAnswer,
    description: 'The account',
    problems: REFUSED,
  })
  profile(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Patch()
  @ForwardedRoute({
    summary: 'Change the own name',
    body: ProfileRequest,
    status: 200,
    answer: ProfileAnswer,
    description: 'The account after the change',
    problems: REFUSED,
  })
  rename(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('password')
  @ForwardedRoute({
    summary: 'Change the own password',
    body: PasswordChangeRequest,
    status: 204,
    description: 'It is changed, and the other sessions have ended',
    problems: REFUSED,
  })
  password(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('email')
  @ForwardedRoute({
    summary: 'Ask for another e-mail address',
    body: EmailChangeRequest,
    status: 202,
    description: 'An e-mail was sent to the new address',
    problems: REFUSED,
  })
  email(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Get('sessions')
  @ForwardedRoute({
    summary: 'The own sessions',
    status: 200,
    answer: SessionsAnswer,
    description: 'The sessions that have not ended',
    problems: REFUSED,
  })
  sessions(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Delete('sessions/:id')
  @ApiParam({ name: 'id', format: 'uuid' })
  @ForwardedRoute({
    summary: 'End one of the own sessions',
    status: 204,
    description: 'It has ended',
    problems: { ...REFUSED, 404: 'No such session' },
  })
  endSession(
    @Param('id', new UuidParam('id')) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('totp')
  @ForwardedRoute({
    summary: 'Get the secret of a new authenticator',
    body: TotpRequest,
    status: 201,
    answer: AuthenticatorAnswer,
    description: 'It counts after its first code was sent to /api/me/totp/confirm',
    problems: { ...REFUSED, 409: 'The account has one' },
  })
  totp(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('totp/confirm')
  @ForwardedRoute({
    summary: 'Confirm the new authenticator by a code',
    body: CodeRequest,
    status: 204,
    description: 'From now on a log-in needs a code',
    problems: REFUSED,
  })
  confirmTotp(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('step-up')
  @ForwardedRoute({
    summary: 'Get a token that says that a code was entered now',
    body: CodeRequest,
    status: 200,
    answer: AccessTokenAnswer,
    description: 'For what needs a recent one-time password',
    problems: REFUSED,
  })
  stepUp(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }
}
