import { LIMITS } from "../../protocol/limits.ts";

/**
 * What stands for a secret in a text: itself, the strings in it when it is JSON, its lines when it has several, and each of
 * these as JSON (once or twice), a URL or base64 writes it. None is shorter than `LIMITS.maskedCharacters`. A value may be
 * made to have hundreds of thousands: past `LIMITS.maskedForms` no more are made.
 */
export function formsOf(secret: string): string[] {
  const forms = new Set<string>();
  for (const part of new Set([secret, secret.trim(), ...jsonStrings(secret)])) {
    if (part.length < LIMITS.maskedCharacters) continue;
    for (const form of [part, ...longLines(part)]) {
      if (forms.size > LIMITS.maskedForms) break;
      for (const written of writings(form)) forms.add(written);
    }
  }
  return [...forms].filter((form) => form.length >= LIMITS.maskedCharacters);
}

function writings(text: string): string[] {
  const once = JSON.stringify(text).slice(1, -1);
  const twice = JSON.stringify(once).slice(1, -1);
  const url = encodeURIComponent(text.toWellFormed());
  // What is put into a URL without being encoded is encoded there, but for what means something.
  const inUrl = encodeURI(text.toWellFormed());
  return [text, once, twice, url, url.replaceAll("%20", "+"), inUrl, ...base64(text)];
}

/**
 * Base64 writes three bytes as four characters, so a secret inside a longer text, as in `user:secret`, is written in one of
 * three ways; what depends on its neighbours is left out.
 */
function base64(text: string): string[] {
  const bytes = Buffer.from(text, "utf8");
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const written = whole.toString("base64").replaceAll("=", "");
    const own = written.slice(Math.ceil((before * 4) / 3), Math.floor((whole.length * 4) / 3));
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** A private key is often shown line by line. */
const LINE_CHARACTERS = 16;

function longLines(text: string): string[] {
  if (!text.includes("\n")) return [];
  // The first and last lines of a PEM are the same for everybody.
  return text.split(/\r?\n/).filter((line) => line.length >= LINE_CHARACTERS && !line.startsWith("-----"));
}

/**
 * Fields of a credentials file that say whose it is and where it is used, and are in every message about it
 * (Google's service account keys and authorized_user files). Masking them would hide what is wrong.
 */
const PUBLIC_FIELDS: ReadonlySet<string> = new Set([
  ...["type", "project_id", "quota_project_id", "client_email", "client_id", "private_key_id", "universe_domain"],
  ...["auth_uri", "token_uri", "auth_provider_x509_cert_url", "client_x509_cert_url"],
]);

function jsonStrings(text: string): string[] {
  if (!/^\s*[[{"]/.test(text)) return [];
  const strings: string[] = [];
  try {
    JSON.parse(text, (key, value: unknown) => {
      if (typeof value === "string" && !PUBLIC_FIELDS.has(key)) strings.push(value);
      return value;
    });
  } catch {
    return [];
  }
  return strings;
}
