const AUTH = "https://www.googleapis.com/auth/";

/** A scope and the narrower ones that serve as well for what only reads, as Google's reference lists them by method. */
const any = (...names: string[]): readonly string[] => names.map((name) => (name.includes("://") ? name : AUTH + name));

const MAIL = ["https://mail.google.com/", "gmail.modify", "gmail.readonly"];

/** Any one of these lets a method be called. */
export const SCOPES = {
  customer: any("admin.directory.customer", "admin.directory.customer.readonly"),
  domains: any("admin.directory.domain", "admin.directory.domain.readonly"),
  users: any("admin.directory.user", "admin.directory.user.readonly", "cloud-platform"),
  messages: any(...MAIL, "gmail.metadata"),
  profile: any(...MAIL, "gmail.metadata", "gmail.compose"),
  labels: any(...MAIL, "gmail.metadata", "gmail.labels"),
  files: any("drive", "drive.readonly", "drive.metadata", "drive.metadata.readonly", "drive.file", "drive.appdata"),
  events: any("calendar", "calendar.readonly", "calendar.events", "calendar.events.readonly"),
} as const;

export const METADATA_SCOPE = `${AUTH}gmail.metadata`;

/** Granted to the service account unless a test says otherwise: everything that the stand-in knows. */
export const ALL_SCOPES: readonly string[] = [...new Set(Object.values(SCOPES).flat())];
