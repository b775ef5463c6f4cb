import type { Connection } from "@temporalio/client";
import { SEARCH_ATTRIBUTES } from "../protocol/names.ts";

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;

/** The search attributes that runs carry and that this namespace does not have as Keyword. */
export async function missingSearchAttributes(
  connection: Pick<Connection, "operatorService">,
  namespace: string,
): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return SEARCH_ATTRIBUTES.filter((name) => Number(customAttributes[name]) !== KEYWORD);
}

/** The documented command that registers them. It needs the rights of an operator of the namespace. */
export function createSearchAttributesCommand(
  names: readonly string[],
  { address, namespace }: { readonly address: string; readonly namespace: string },
): string {
  const attributes = names.map((name) => `--name ${name} --type Keyword`).join(" ");
  return `temporal operator search-attribute create --address ${address} --namespace ${namespace} ${attributes}`;
}
