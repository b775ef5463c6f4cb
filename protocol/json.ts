/** Any value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON text: the output of one `JSON.stringify`. Always well-formed Unicode without NUL, whatever it describes. */
export type JsonText = string;
