/** What the routes of the catalogue need to know of the deployment. */
export class CatalogueTerms {
  constructor(
    readonly currency: string,
    /** Minor digits of the currency. */
    readonly digits: number,
  ) {}
}
