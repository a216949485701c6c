import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { Count, twoWayPage } from '../graphql/connection.ts';
import { PageArgs } from '../graphql/page-args.ts';
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
    @Args(() => PageArgs) page: PageArgs,
    @Arg('subjectId', () => ID, {
      nullable: true,
      description: 'What was done to this customer, by the id of either half, or to this record.',
    })
    subjectId?: string | null,
  ): Promise<AuditEventPage> {
    return listAuditEvents(this.dependencies, context.viewer, {
      page: twoWayPage(page),
      subjectId: subjectId ?? null,
    });
  }

  @FieldResolver(() => Count)
  count(@Root() page: AuditEventPage): Promise<Count> {
    return page.count();
  }
}
