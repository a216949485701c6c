import type { GraphQLResolveInfo } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { Count, twoWayPage } from '../graphql/connection.ts';
import { PageArgs } from '../graphql/page-args.ts';
import { selectedNames } from '../graphql/selected-names.ts';
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
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('subjectId', () => ID, {
      nullable: true,
      description:
        'The story of this customer, by the id of either half: what happened to both halves, also before they were linked. Or what was done to another record.',
    })
    subjectId?: string | null,
    @Arg('actions', () => [String], {
      nullable: true,
      description: 'Only what was done so, such as ROLE_CHANGED; at most 50.',
    })
    actions?: string[] | null,
    @Arg('from', () => GraphQLDateTime, { nullable: true, description: 'Not what happened before this.' })
    from?: Date | null,
    @Arg('to', () => GraphQLDateTime, { nullable: true, description: 'Only what happened before this.' })
    to?: Date | null,
  ): Promise<AuditEventPage> {
    const selected = selectedNames(info);
    return listAuditEvents(this.dependencies, context.viewer, {
      page: twoWayPage(page),
      subjectId: subjectId ?? null,
      actions: actions ?? null,
      from: from ?? null,
      to: to ?? null,
      withNames: selected.has('actorName'),
      withDescriptions: selected.has('description'),
    });
  }

  @FieldResolver(() => Count)
  count(@Root() page: AuditEventPage): Promise<Count> {
    return page.count();
  }
}
