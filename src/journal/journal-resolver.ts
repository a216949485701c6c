import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { Count, pageArguments } from '../graphql/connection.ts';
import { AuditEventConnection } from './audit-types.ts';
import { type AuditEventPage, type JournalDependencies, listAuditEvents } from './list-audit-events.ts';

@Resolver(() => AuditEventConnection)
export class JournalResolver {
  private readonly dependencies: JournalDependencies;

  constructor(dependencies: JournalDependencies) {
    this.dependencies = dependencies;
  }

  @Query(() => AuditEventConnection, {
    nullable: true,
    description: 'What was changed, by whom and when; newest first.',
  })
  auditEvents(
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 200; 50 when absent.' }) first?:
      | number
      | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which the page begins.' })
    after?: string | null,
    @Arg('subjectId', () => ID, {
      nullable: true,
      description: 'What was done to this customer, by the id of either half, or to this record.',
    })
    subjectId?: string | null,
  ): Promise<AuditEventPage> {
    return listAuditEvents(this.dependencies, context.viewer, {
      page: pageArguments(first, after),
      subjectId: subjectId ?? null,
    });
  }

  @FieldResolver(() => Count)
  count(@Root() page: AuditEventPage): Promise<Count> {
    return page.count();
  }
}
