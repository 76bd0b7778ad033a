/** What became of the last units of a product that more buyers wanted than there were units. */
export interface LastUnits {
  buyers: number;
  units: number;
  stockLeft: number;
  /** Units taken from the stock for good, as the inventory counts. */
  sold: number;
  /** Units in confirmed orders, as the orders count. */
  confirmed: number;
  /** Answers by status. */
  answered: Record<string, number>;
}

/** Everything that must not be: a unit left over or sold twice, a buyer told something else. */
export function wrongWithLastUnits(found: LastUnits): string[] {
  const { units, stockLeft, sold, confirmed, answered } = found;
  const told = answered[200] ?? 0;
  const later = answered[202] ?? 0;
  return [
    ...(sold === units ? [] : [`${sold} of the last ${units} units were sold`]),
    ...(confirmed === sold
      ? []
      : [`${confirmed} units are in confirmed orders, ${sold} were sold`]),
    ...(stockLeft === 0 ? [] : [`${stockLeft} units are left although buyers were refused`]),
    ...(told > confirmed
      ? [`${told} buyers got the answer that they have a unit, ${confirmed} do`]
      : []),
    ...(told + later < confirmed
      ? [`${confirmed} units went to buyers, of whom ${told + later} were not refused`]
      : []),
  ];
}
