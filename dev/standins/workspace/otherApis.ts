import { apiError, notFound } from "./answers.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import type { User } from "./organisation.ts";
import { pageOf } from "./paging.ts";
import { Random } from "./random.ts";
import { SCOPES } from "./scopes.ts";
import { ATTACHMENTS, SUBJECTS } from "./words.ts";

export interface OtherApiDeps {
  readonly seed: string;
  readonly now: number;
}

const DAY_MS = 86_400_000;

/** drive.files.list and calendar.events.list: enough to show that other APIs are called the same way. */
export function otherEndpoints({ seed, now }: OtherApiDeps): readonly Endpoint[] {
  return [
    {
      method: "google.apps.drive.v3.DriveFiles.List",
      service: "drive.googleapis.com",
      path: "/drive/v3/files",
      scopes: SCOPES.files,
      answer: (call) => {
        const { items, nextPageToken } = page(files(call.grant.subject, seed, now), call, "pageSize", 100);
        return {
          kind: "drive#fileList",
          incompleteSearch: false,
          files: items,
          ...(nextPageToken && { nextPageToken }),
        };
      },
    },
    {
      method: "calendar.v3.Events.List",
      service: "calendar-json.googleapis.com",
      path: "/calendar/v3/calendars/:calendarId/events",
      scopes: SCOPES.events,
      answer: (call) => {
        const { subject } = call.grant;
        if (!["primary", subject.email].includes(call.path["calendarId"] ?? "")) throw notFound("Not Found");
        const { items, nextPageToken } = page(events(subject, seed, now), call, "maxResults", 250);
        const summary = { kind: "calendar#events", summary: subject.email, timeZone: "UTC", accessRole: "owner" };
        return { ...summary, items, ...(nextPageToken && { nextPageToken }) };
      },
    },
  ];
}

function page<T>(all: readonly T[], { query, grant }: ApiCall, sizeName: string, initial: number) {
  const size = Number(query.get(sizeName) ?? initial);
  const found = pageOf(all, size >= 1 ? size : initial, query.get("pageToken"), `${sizeName} ${grant.subject.email}`);
  if (found) return found;
  throw apiError(400, "invalid", "Invalid Value", { location: "pageToken", locationType: "parameter" });
}

function files(user: User, seed: string, now: number): readonly unknown[] {
  const random = new Random(`${seed} files ${user.index}`);
  return Array.from({ length: random.below(8) }, () => ({
    kind: "drive#file",
    id: random.hex(28),
    name: random.of(ATTACHMENTS),
    mimeType: "application/octet-stream",
    modifiedTime: new Date(now - random.below(300) * DAY_MS).toISOString(),
  }));
}

function events(user: User, seed: string, now: number): readonly unknown[] {
  const random = new Random(`${seed} events ${user.index}`);
  return Array.from({ length: random.below(6) }, () => {
    const start = now + (random.below(60) - 30) * DAY_MS;
    return {
      kind: "calendar#event",
      id: random.hex(26),
      status: "confirmed",
      summary: random.of(SUBJECTS),
      start: { dateTime: new Date(start).toISOString() },
      end: { dateTime: new Date(start + 3_600_000).toISOString() },
      organizer: { email: user.email, self: true },
    };
  });
}
