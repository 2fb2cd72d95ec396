/** Where the database is: Outcry's own under the data folder, or somebody's server. */
export type DatabasePlace =
  | { readonly kind: "embedded"; readonly dataFolder: string }
  | { readonly kind: "external"; readonly url: string };
