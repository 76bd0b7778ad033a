export interface ComparedDocument {
  paths: Record<string, object>;
  components?: object;
}

export function breakingChanges(former: ComparedDocument, next: ComparedDocument): string[];
