/** The cookie in which a browser keeps its refresh token, where no script reads it; for one request. */
export interface SessionCookie {
  /**
   * The refresh token that was sent; null when there is none.
   *
   * @throws AppError FORBIDDEN when the request does not come from a page of the gateway's own or an allowed origin.
   */
  read(): string | null;
  /** @throws AppError as `read` does. */
  set(refreshToken: string, maxAgeSeconds: number): void;
  /** @throws AppError as `read` does. */
  clear(): void;
}
