import {
  CardFormDto,
  CartCheckoutDto,
  CartItemDto,
  ChangeProductDto,
  CheckoutWithDeliveryDto,
  ClientRequest,
  CodeRequest,
  CreateProductDto,
  currencyDigits,
  EmailChangeRequest,
  EmailRequest,
  FulfilOrderDto,
  LinkRequest,
  LogInRequest,
  MoveStockDto,
  PasswordChangeRequest,
  PayOrderDto,
  PlaceOrderDto,
  ProfileRequest,
  RefreshRequest,
  RejectOrderDto,
  ResetRequest,
  roundedAmount,
  SignUpRequest,
  TokenRequest,
  TotpRequest,
  UserChangeRequest,
} from '@backstitch/shared-types';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../app.module.js';
import { describeDto } from './describe-dto.js';

const DOCS = '/api/docs';
/** The page has its own scripts; its styles are inline. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const BODIES = [
  [CheckoutWithDeliveryDto, CardFormDto],
  [PlaceOrderDto, RejectOrderDto, FulfilOrderDto, PayOrderDto],
  [CreateProductDto, ChangeProductDto, MoveStockDto],
  [CartItemDto, CartCheckoutDto],
  [SignUpRequest, LogInRequest, RefreshRequest, TokenRequest],
  [EmailRequest, LinkRequest, ResetRequest],
  [ProfileRequest, PasswordChangeRequest, EmailChangeRequest, TotpRequest, CodeRequest],
  [UserChangeRequest, ClientRequest],
].flat();

/** GET /api/docs is the page, /api/docs-json the document. Both are made from the code at boot. */
export function serveOpenApi(app: NestFastifyApplication, currency: string): void {
  for (const dto of BODIES) describeDto(dto, currencyDigits(currency));
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url?.startsWith(DOCS)) {
      reply.header('content-security-policy', PAGE_POLICY);
    }
    done();
  });
  const about = new DocumentBuilder()
    .setTitle('Backstitch')
    .setDescription('A checkout that completes each order or undoes it completely.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  const document = SwaggerModule.createDocument(app, about, { include: [AppModule] });
  SwaggerModule.setup('docs', app, inCurrency(document, currency), { useGlobalPrefix: true });
}

/** The examples in the code are in dollars; here they become valid in the configured currency. */
function inCurrency(document: OpenAPIObject, currency: string): OpenAPIObject {
  const price = roundedAmount('29.99', currencyDigits(currency));
  const text = JSON.stringify(document)
    .replaceAll('"29.99"', JSON.stringify(price))
    .replaceAll('"USD"', JSON.stringify(currency));
  return JSON.parse(text) as OpenAPIObject;
}
