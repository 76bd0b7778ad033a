import { Problem } from '@backstitch/service-kit';
import { type CanActivate, Inject, Injectable } from '@nestjs/common';

/** Whether the routes between apps may be used; see InternalGuard. */
export class InternalSettings {
  constructor(readonly isProduction: boolean) {}
}

/**
 * Lets only apps of ours pass. The signature between apps (packages/auth) takes the place of this
 * check; until then production refuses everything.
 */
@Injectable()
export class InternalGuard implements CanActivate {
  constructor(@Inject(InternalSettings) private readonly settings: InternalSettings) {}

  canActivate(): boolean {
    if (this.settings.isProduction) throw new Problem('TOKEN_REQUIRED');
    return true;
  }
}
