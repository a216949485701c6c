import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { CustomerConnection } from '../customers/customer-results.ts';
import { customerRequest } from '../customers/customers-resolver.ts';
import { type CustomerPage, listCustomers } from '../customers/list-customers.ts';
import { twoWayPage } from '../graphql/connection.ts';
import { PageArgs } from '../graphql/page-args.ts';
import { type DataQuality, dataQuality } from './data-quality.ts';
import type { Figures } from './figures.ts';
import { linkageAudit } from './linkage-audit.ts';
import { type QualityPoint, qualityTrend, trendLimits } from './quality-snapshots.ts';
import type { RecentFigures } from './recent-figures.ts';
import { AuditFinding, DataQualityPoint, DataQualityReport, LinkageAudit } from './report-types.ts';

@Resolver(() => AuditFinding)
export class LinkageAuditResolver {
  private readonly dependencies: CustomerDependencies;
  private readonly figures: RecentFigures;

  constructor(dependencies: CustomerDependencies, figures: RecentFigures) {
    this.dependencies = dependencies;
    this.figures = figures;
  }

  @Query(() => LinkageAudit, {
    nullable: true,
    description: 'How many customers there are in each state of the link, and who they are.',
  })
  async linkageAudit(): Promise<LinkageAudit> {
    return linkageAudit(await this.figures.read());
  }

  @FieldResolver(() => CustomerConnection, { description: 'These customers, newest first.' })
  customers(
    @Root() finding: AuditFinding,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<CustomerPage> {
    return listCustomers(this.dependencies, customerRequest(context, info), {
      page: twoWayPage(page),
      filter: finding.filter,
      order: null,
    });
  }
}

@Resolver(() => DataQualityReport)
export class DataQualityResolver {
  private readonly dependencies: CustomerDependencies;
  private readonly figures: RecentFigures;

  constructor(dependencies: CustomerDependencies, figures: RecentFigures) {
    this.dependencies = dependencies;
    this.figures = figures;
  }

  @Query(() => DataQualityReport, {
    nullable: true,
    description: 'How well the two systems are linked, today and on the days before.',
  })
  async dataQualityReport(): Promise<CountedQuality> {
    const figures = await this.figures.read();
    return { ...dataQuality(figures), figures };
  }

  @FieldResolver(() => [DataQualityPoint], {
    description:
      'From oldest to newest, a point for each day of UTC that figures were kept of; the last one is now.',
  })
  trend(
    @Root() report: CountedQuality,
    @Arg('days', () => Int, {
      nullable: true,
      defaultValue: trendLimits.standard,
      description: `How many days back, today among them: ${trendLimits.smallest} to ${trendLimits.largest}.`,
    })
    days: number | null,
  ): Promise<QualityPoint[]> {
    return qualityTrend(this.dependencies.database, report.figures, days ?? trendLimits.standard);
  }
}

/** A report with what it was made from. */
interface CountedQuality extends DataQuality {
  readonly figures: Figures;
}
