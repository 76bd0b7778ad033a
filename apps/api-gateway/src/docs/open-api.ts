import { CheckoutRequestDto, currencyDigits, roundedAmount } from '@backstitch/shared-types';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../app.module.js';
import { describeDto } from './describe-dto.js';

/** GET /api/docs is the page, /api/docs-json the document; both made from the code at boot. */
export function serveOpenApi(app: NestFastifyApplication, currency: string): void {
  describeDto(CheckoutRequestDto, currencyDigits(currency));
  const about = new DocumentBuilder()
    .setTitle('Backstitch')
    .setDescription('A checkout that completes each order or undoes it completely.')
    .setVersion('1')
    .build();
  const document = SwaggerModule.createDocument(app, about, { include: [AppModule] });
  SwaggerModule.setup('docs', app, inCurrency(document, currency), { useGlobalPrefix: true });
}

/** The examples are written in dollars; what is tried from the page has to be sold here. */
function inCurrency(document: OpenAPIObject, currency: string): OpenAPIObject {
  const price = roundedAmount('29.99', currencyDigits(currency));
  const text = JSON.stringify(document)
    .replaceAll('"29.99"', JSON.stringify(price))
    .replaceAll('"USD"', JSON.stringify(currency));
  return JSON.parse(text) as OpenAPIObject;
}
