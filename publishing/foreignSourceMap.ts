/**
 * Code whose own `sourceMappingURL` the bundler does not follow. It would read whatever file of the machine that names,
 * and traces would name files that were not published. The bundler goes by the last such comment, so an
 * empty one is put at the end; the text before it stays as it is, strings that look like the comment included.
 */
export function withoutSourceMap(text: string): string {
  return text.includes("sourceMappingURL=") ? `${text}\n//# sourceMappingURL=data:application/json,{}` : text;
}
