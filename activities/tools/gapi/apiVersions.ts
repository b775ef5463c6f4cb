/** A version of an API as googleapis names its file: `v1`, `v1beta1`, `v4.1`, or with a product before it: `directory_v1`. */
export interface ApiVersion {
  readonly name: string;
  /** The product that one API directory holds beside others, as `directory` in `admin`; empty for most. */
  readonly product: string;
}

/** Products that a path may leave out: `admin.users.list` is the Directory API's, as in Google's own documents. */
const DEFAULT_PRODUCT: Readonly<Record<string, string>> = { admin: "directory" };

/** Splits what googleapis names a version. */
export function parseVersion(name: string): ApiVersion {
  const product = /^(.+)_(?=v\d)/.exec(name)?.[1] ?? "";
  return { name, product };
}

/** The version that a path means when it names none; undefined when the API has several products and none is the usual one. */
export function defaultVersion(api: string, versions: readonly ApiVersion[]): ApiVersion | undefined {
  return newestVersion(versions.filter(({ product }) => isUsualProduct(api, product)));
}

/** Whether a path to this product of the API may leave the product out. */
export function isUsualProduct(api: string, product: string): boolean {
  return product === (Object.hasOwn(DEFAULT_PRODUCT, api) ? DEFAULT_PRODUCT[api] : "");
}

/** The newest stable version; the newest beta, then alpha, only where there is no stable one. */
export function newestVersion(versions: readonly ApiVersion[]): ApiVersion | undefined {
  return [...versions].sort((a, b) => compare(rank(b), rank(a)))[0];
}

/** Stability first, then the numbers, then the name for the rest. */
function rank({ name }: ApiVersion): readonly [number, number, number, string] {
  const parts = /^(?:.+_)?v(\d+)(?:[._](\d+))?(.*)$/.exec(name);
  const suffix = parts ? (parts[3] ?? "") : name;
  const stability = suffix === "" ? 3 : suffix.includes("beta") ? 2 : suffix.includes("alpha") ? 1 : 0;
  return [stability, Number(parts?.[1] ?? 0), Number(parts?.[2] ?? 0), suffix];
}

function compare(a: ReturnType<typeof rank>, b: ReturnType<typeof rank>): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || (a[3] < b[3] ? -1 : a[3] > b[3] ? 1 : 0);
}
