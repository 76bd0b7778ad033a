import {
  EmailRequest,
  LinkRequest,
  LogInRequest,
  RefreshRequest,
  ResetRequest,
  SignUpRequest,
  TokenRequest,
} from '@backstitch/shared-types';
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  AccessTokenAnswer,
  MachineTokenAnswer,
  ProfileAnswer,
  TokensAnswer,
} from './account-answers.js';
import { AccountsRelay } from './accounts.relay.js';
import { ForwardedRoute } from './forwarded-route.js';

const LINK_PROBLEMS = { 400: 'Not valid', 410: 'The link was used, or has expired' };

/** From nothing to a token. identity-service serves these routes under the same addresses. */
@ApiTags('authentication')
@Controller('auth')
export class AuthController {
  constructor(@Inject(AccountsRelay) private readonly relay: AccountsRelay) {}

  @Post('signup')
  @ForwardedRoute({
    summary: 'Create an account',
    body: SignUpRequest,
    status: 201,
    answer: ProfileAnswer,
    description: 'The account, which can log in',
    problems: { 409: 'There is an account with this e-mail address' },
  })
  @ApiResponse({ status: 202, description: 'An e-mail was sent: its link must be opened first' })
  signUp(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('login')
  @ForwardedRoute({
    summary: 'Log in by password, and by the code of an authenticator if the account has one',
    body: LogInRequest,
    status: 200,
    answer: TokensAnswer,
    description: 'The tokens of a new session; with "cookie": true the refresh token is a cookie',
    problems: { 401: 'Wrong, or the code is missing', 403: 'Suspended, or a page of another site' },
  })
  logIn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('guest')
  @ForwardedRoute({
    summary: 'Get a token without an account',
    status: 201,
    answer: AccessTokenAnswer,
    description: 'The token of a new guest',
    problems: { 404: 'Guests are not served' },
  })
  guest(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('refresh')
  @ForwardedRoute({
    summary: 'Exchange a refresh token for new tokens',
    body: RefreshRequest,
    status: 200,
    answer: TokensAnswer,
    description: 'The next tokens of the session',
    problems: { 401: 'Used, ended or unknown', 403: 'A page of another site' },
  })
  refresh(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('logout')
  @ForwardedRoute({
    summary: 'End the session of a refresh token',
    body: RefreshRequest,
    status: 204,
    description: 'It has ended',
    problems: { 401: 'No refresh token', 403: 'A page of another site' },
  })
  logOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('token')
  @ForwardedRoute({
    summary: 'Get a token for a machine, by client credentials',
    body: TokenRequest,
    status: 200,
    answer: MachineTokenAnswer,
    description: 'The token',
    problems: { 401: 'The client or its secret is wrong' },
  })
  token(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('password/forgot')
  @ForwardedRoute({
    summary: 'Ask for a link to choose a new password',
    body: EmailRequest,
    status: 202,
    description: 'If there is such an account, an e-mail is sent',
  })
  forgot(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('password/reset')
  @ForwardedRoute({
    summary: 'Choose a new password by the token of a link',
    body: ResetRequest,
    status: 204,
    description: 'The password is changed, and all sessions have ended',
    problems: LINK_PROBLEMS,
  })
  reset(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('email/verify')
  @ForwardedRoute({
    summary: 'Verify an e-mail address by the token of a link',
    body: LinkRequest,
    status: 204,
    description: 'It is verified',
    problems: LINK_PROBLEMS,
  })
  verify(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('email/change')
  @ForwardedRoute({
    summary: 'Confirm a new e-mail address by the token of a link',
    body: LinkRequest,
    status: 204,
    description: 'It is the address of the account',
    problems: { ...LINK_PROBLEMS, 409: 'Another account has it' },
  })
  changeEmail(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('bootstrap')
  @ForwardedRoute({
    summary: 'Become the first admin by the token of `pnpm identity bootstrap`',
    body: ResetRequest,
    status: 204,
    description: 'The account is an admin',
    problems: LINK_PROBLEMS,
  })
  bootstrap(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }
}
