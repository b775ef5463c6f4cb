import type { Mail } from "./mailbox.ts";

export interface Header {
  readonly name: string;
  readonly value: string;
}

const BOUNDARY = "=_stand-in";

/** A message's headers, as they lie in it. */
export function headersOf(mail: Mail): readonly Header[] {
  const date = new Date(mail.date).toUTCString().replace("GMT", "+0000");
  const type = mail.attachment === undefined ? "text/plain; charset=UTF-8" : `multipart/mixed; boundary="${BOUNDARY}"`;
  return [
    { name: "MIME-Version", value: "1.0" },
    { name: "Date", value: date },
    { name: "Message-ID", value: mail.messageId },
    { name: "Subject", value: mail.subject },
    { name: "From", value: mail.from },
    { name: "To", value: mail.to },
    { name: "Content-Type", value: type },
  ];
}

export function attachmentOf(mail: Mail): { readonly filename: string; readonly bytes: Buffer } | undefined {
  if (mail.attachment === undefined) return undefined;
  return { filename: mail.attachment, bytes: Buffer.from(`The contents of ${mail.attachment}.`) };
}

/** The whole message as it would travel (RFC 5322). */
export function rawMail(mail: Mail): Buffer {
  const head = headersOf(mail).map(({ name, value }) => `${name}: ${value}\r\n`);
  const attachment = attachmentOf(mail);
  if (!attachment) return Buffer.from(`${head.join("")}\r\n${mail.body}\r\n`);
  const parts = [
    `Content-Type: text/plain; charset=UTF-8\r\n\r\n${mail.body}\r\n`,
    `Content-Type: application/octet-stream; name="${attachment.filename}"\r\n` +
      `Content-Disposition: attachment; filename="${attachment.filename}"\r\n` +
      `Content-Transfer-Encoding: base64\r\n\r\n${attachment.bytes.toString("base64")}\r\n`,
  ];
  const body = parts.map((part) => `--${BOUNDARY}\r\n${part}`).join("");
  return Buffer.from(`${head.join("")}\r\n${body}--${BOUNDARY}--\r\n`);
}
