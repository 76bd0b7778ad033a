import { CheckoutRequestDto } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { IsEmail } from 'class-validator';
import { describeDto } from './describe-dto.js';

@Controller()
class ProbeController {
  @Post('probe')
  probe(@Body() body: CheckoutRequestDto): CheckoutRequestDto {
    return body;
  }
}

@Module({ controllers: [ProbeController] })
class ProbeModule {}

class Unruly {
  @IsEmail()
  email!: string;
}

describe('the document of a DTO', () => {
  it('contains what its validators enforce, also in nested lines', async () => {
    describeDto(CheckoutRequestDto);
    const app = await NestFactory.create(ProbeModule, new FastifyAdapter(), { logger: false });
    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    await app.close();
    expect(document.components?.schemas).toMatchObject({
      CheckoutRequestDto: {
        required: ['userId', 'items'],
        properties: {
          userId: { type: 'string', pattern: expect.stringContaining('{1,100}') },
          items: {
            type: 'array',
            minItems: 1,
            maxItems: 100,
            items: { $ref: '#/components/schemas/CheckoutItemDto' },
          },
        },
      },
      CheckoutItemDto: {
        required: ['productId', 'quantity', 'price'],
        properties: {
          productId: { type: 'string', format: 'uuid' },
          quantity: { type: 'integer', minimum: 1, maximum: 1000 },
          price: { oneOf: [{ type: 'string' }, { type: 'number' }] },
        },
      },
    });
  });

  it('is refused when a validator has no rule', () => {
    expect(() => describeDto(Unruly)).toThrow(/Unruly\.email.*"isEmail"/);
  });
});
