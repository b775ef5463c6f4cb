export function keepCompiledCode(folder?: string): void;
export function writeCompiledCode(): void;
