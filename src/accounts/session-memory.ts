import { BoundedMap } from './bounded-map.ts';

/** What was read of a session. */
export interface RememberedSession<Value> {
  readonly loginKey: string;
  readonly askedAtMs: number;
  readonly value: Value;
}

/** What was read of sessions, forgotten by session or by login; those used longest ago go first when it is full. */
export class SessionMemory<Value> {
  private readonly sessions: BoundedMap<string, RememberedSession<Value>>;
  /** A login that changes is one of many: going through all sessions for each would take its time. */
  private readonly byLogin = new Map<string, Set<string>>();

  /** `capacity`: sessions at most, 1 or more. */
  constructor(capacity: number) {
    this.sessions = new BoundedMap(capacity, (sessionId, { loginKey }) => this.leave(sessionId, loginKey));
  }

  get(sessionId: string): RememberedSession<Value> | undefined {
    return this.sessions.get(sessionId);
  }

  set(sessionId: string, remembered: RememberedSession<Value>): void {
    this.forgetSession(sessionId);
    const ofLogin = this.byLogin.get(remembered.loginKey) ?? new Set();
    this.byLogin.set(remembered.loginKey, ofLogin.add(sessionId));
    this.sessions.set(sessionId, remembered);
  }

  forgetSession(sessionId: string): void {
    const known = this.sessions.get(sessionId);
    if (known === undefined) return;
    this.sessions.delete(sessionId);
    this.leave(sessionId, known.loginKey);
  }

  forgetLogin(loginKey: string): void {
    for (const sessionId of this.byLogin.get(loginKey) ?? []) this.sessions.delete(sessionId);
    this.byLogin.delete(loginKey);
  }

  forgetAll(): void {
    for (const loginKey of this.byLogin.keys()) this.forgetLogin(loginKey);
  }

  private leave(sessionId: string, loginKey: string): void {
    const ofLogin = this.byLogin.get(loginKey);
    ofLogin?.delete(sessionId);
    if (ofLogin?.size === 0) this.byLogin.delete(loginKey);
  }
}
