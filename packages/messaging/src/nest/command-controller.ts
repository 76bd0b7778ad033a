import { applyDecorators, Controller, UseFilters, UsePipes } from '@nestjs/common';
import { CommandValidationPipe } from './command-validation.pipe.js';
import { RpcFaultFilter } from './rpc-fault.filter.js';

/**
 * A Nest controller whose methods serve commands. Their data is validated and their errors keep
 * their type, independent of the pipes and filters of the app.
 */
export function CommandController(): ClassDecorator {
  return applyDecorators(
    Controller(),
    UsePipes(CommandValidationPipe),
    UseFilters(new RpcFaultFilter()),
  );
}
