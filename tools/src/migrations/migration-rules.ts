import type { AlterTableCmd, ColumnDef, Constraint, Node, RangeVar } from 'libpg-query';

/** When a migration may run: with the old app and the new one at work, or once the old one is gone. */
export type Phase = 'expand' | 'contract';

const HEADER = /^-- (?:(expand)|(contract) \d+\.\d+\.\d+)\s*$/m;

/** What the first line of a migration says; undefined when it says nothing of the kind. */
export function phaseOf(sql: string): Phase | undefined {
  const [firstLine = ''] = sql.split('\n');
  const [, expand, contract] = HEADER.exec(firstLine) ?? [];
  return (expand ?? contract) as Phase | undefined;
}

/** Why a migration must not be run on tables that are in use; empty when it may. Pure. */
export function refusals(phase: Phase, statements: readonly Node[]): string[] {
  const made = new Set(statements.flatMap(createdTable));
  const found = statements.flatMap((statement) => [
    ...(phase === 'expand' ? breaksTheOldApp(statement, made) : []),
    ...locksForLong(statement, made),
  ]);
  if (statements.length > 1 && statements.some(isConcurrent)) {
    found.push('CONCURRENTLY runs outside a transaction: it stands alone in its file');
  }
  return found;
}

/** An app of the release before is at work while it runs, and after it. */
function breaksTheOldApp(statement: Node, made: ReadonlySet<string>): string[] {
  if ('DropStmt' in statement) {
    const kind = statement.DropStmt.removeType?.replace('OBJECT_', '');
    const isHarmless = kind === 'INDEX' || kind === 'TRIGGER';
    return isHarmless ? [] : [`drops a ${kind?.toLowerCase()}: contract`];
  }
  if ('RenameStmt' in statement || 'AlterObjectSchemaStmt' in statement) {
    return ['renames: add the new name, fill it, and drop the old one later'];
  }
  if ('TruncateStmt' in statement || 'DeleteStmt' in statement) return ['removes rows: contract'];
  if (!('AlterTableStmt' in statement) || isNew(statement.AlterTableStmt.relation, made)) return [];
  return commandsOf(statement).flatMap((command) => {
    switch (command.subtype) {
      case 'AT_DropColumn':
        return [`drops the column ${command.name}: contract`];
      case 'AT_AlterColumnType':
        return [`changes the type of ${command.name}: add a column of the new type instead`];
      case 'AT_SetNotNull':
        return [`sets ${command.name} NOT NULL, which the old app may not fill: contract`];
      case 'AT_ColumnDefault':
        return command.def ? [] : [`drops the default of ${command.name}: contract`];
      case 'AT_AddColumn':
        return needsValue(columnOf(command))
          ? [`adds ${columnOf(command)?.colname} NOT NULL without a default`]
          : [];
      default:
        return [];
    }
  });
}

/** They lock the table for as long as it takes to read or to rewrite it. */
function locksForLong(statement: Node, made: ReadonlySet<string>): string[] {
  if ('IndexStmt' in statement) {
    const { relation, concurrent, idxname } = statement.IndexStmt;
    return concurrent || isNew(relation, made) ? [] : [`makes ${idxname} without CONCURRENTLY`];
  }
  if ('DropStmt' in statement) {
    const { removeType, concurrent } = statement.DropStmt;
    return removeType === 'OBJECT_INDEX' && !concurrent ? ['drops an index without CONCURRENTLY'] : [];
  }
  if ('ReindexStmt' in statement) {
    return isConcurrent(statement) ? [] : ['makes an index anew without CONCURRENTLY'];
  }
  if ('LockStmt' in statement) return ['locks a table'];
  if ('ClusterStmt' in statement || 'VacuumStmt' in statement) return ['rewrites a table'];
  if ('DoStmt' in statement) return ['has a DO block, into which this check cannot look'];
  if ('UpdateStmt' in statement) {
    return statement.UpdateStmt.whereClause ? [] : ['updates every row in one transaction'];
  }
  if (!('AlterTableStmt' in statement) || isNew(statement.AlterTableStmt.relation, made)) return [];
  return commandsOf(statement).flatMap(rewrites);
}

function rewrites(command: AlterTableCmd): string[] {
  const { subtype, def } = command;
  if (subtype === 'AT_SetTableSpace' || subtype === 'AT_SetLogged') return ['rewrites a table'];
  if (subtype === 'AT_AddColumn') {
    const column = columnOf(command);
    const isRewritten = constraintsOf(column).some(
      ({ contype, raw_expr: value, generated_kind: kind }) =>
        (contype === 'CONSTR_GENERATED' && kind !== 'v') ||
        contype === 'CONSTR_IDENTITY' ||
        (contype === 'CONSTR_DEFAULT' && value !== undefined && isVolatile(value)),
    );
    const scans = constraintsOf(column).flatMap((each) => scansTable(each, column?.colname));
    return isRewritten ? [`adds ${column?.colname} with a value that rewrites the table`] : scans;
  }
  if (subtype !== 'AT_AddConstraint' || !def || !('Constraint' in def)) return [];
  return scansTable(def.Constraint, def.Constraint.conname);
}

function scansTable(constraint: Constraint, name = 'a constraint'): string[] {
  switch (constraint.contype) {
    case 'CONSTR_CHECK':
    case 'CONSTR_FOREIGN':
      return constraint.skip_validation ? [] : [`adds ${name} without NOT VALID`];
    case 'CONSTR_UNIQUE':
    case 'CONSTR_PRIMARY':
    case 'CONSTR_EXCLUSION':
      return constraint.indexname ? [] : [`adds ${name} without an index made CONCURRENTLY`];
    default:
      return [];
  }
}

/** now() is the same for all rows; what else is called may differ from row to row. */
function isVolatile(value: Node): boolean {
  const text = JSON.stringify(value);
  return text.includes('"FuncCall"') && !/"sval":"(now|transaction_timestamp)"/.test(text);
}

function needsValue(column: ColumnDef | undefined): boolean {
  const kinds = constraintsOf(column).map(({ contype }) => contype);
  const isRequired = kinds.includes('CONSTR_NOTNULL') || kinds.includes('CONSTR_PRIMARY');
  const hasValue = ['CONSTR_DEFAULT', 'CONSTR_GENERATED', 'CONSTR_IDENTITY'] as const;
  return isRequired && !hasValue.some((kind) => kinds.includes(kind));
}

function createdTable(statement: Node): string[] {
  if (!('CreateStmt' in statement)) return [];
  return [statement.CreateStmt.relation?.relname ?? ''];
}

function isNew(relation: RangeVar | undefined, made: ReadonlySet<string>): boolean {
  return made.has(relation?.relname ?? '');
}

function isConcurrent(statement: Node): boolean {
  if ('IndexStmt' in statement) return statement.IndexStmt.concurrent === true;
  if ('DropStmt' in statement) return statement.DropStmt.concurrent === true;
  return 'ReindexStmt' in statement && JSON.stringify(statement).includes('"concurrently"');
}

function commandsOf(statement: Extract<Node, { AlterTableStmt: unknown }>): AlterTableCmd[] {
  const commands = statement.AlterTableStmt.cmds ?? [];
  return commands.flatMap((each) => ('AlterTableCmd' in each ? [each.AlterTableCmd] : []));
}

function columnOf({ def }: AlterTableCmd): ColumnDef | undefined {
  return def && 'ColumnDef' in def ? def.ColumnDef : undefined;
}

function constraintsOf(column: ColumnDef | undefined): Constraint[] {
  const constraints = column?.constraints ?? [];
  return constraints.flatMap((each) => ('Constraint' in each ? [each.Constraint] : []));
}
