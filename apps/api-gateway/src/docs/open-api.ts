import { CheckoutRequestDto } from '@backstitch/shared-types';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../app.module.js';
import { describeDto } from './describe-dto.js';

/** GET /api/docs is the page, /api/docs-json the document; both made from the code at boot. */
export function serveOpenApi(app: NestFastifyApplication): void {
  describeDto(CheckoutRequestDto);
  const about = new DocumentBuilder()
    .setTitle('Backstitch')
    .setDescription('A checkout that completes each order or undoes it completely.')
    .setVersion('1')
    .build();
  const document = SwaggerModule.createDocument(app, about, { include: [AppModule] });
  SwaggerModule.setup('docs', app, document, { useGlobalPrefix: true });
}
