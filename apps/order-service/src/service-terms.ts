/** What the routes need to know of the deployment. */
export class ServiceTerms {
  constructor(readonly isProduction: boolean) {}
}
