import { Arg, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import type { CustomerStatus } from '../customer-index/customer-index-row.ts';
import { areaLimits, type CountedDashboard, type RecentDashboard, systemsInUse } from './dashboard.ts';
import { growthLimits } from './dashboard-growth.ts';
import { AreaCount, Dashboard, MonthCount } from './dashboard-types.ts';

@Resolver(() => Dashboard)
export class DashboardResolver {
  private readonly recent: RecentDashboard;

  constructor(recent: RecentDashboard) {
    this.recent = recent;
  }

  @Query(() => Dashboard, {
    nullable: true,
    description: 'How the business stands: each figure is the length of the list whose filter it names.',
  })
  async dashboard(): Promise<ShownDashboard> {
    const counted = await this.recent.read();
    const { figures } = counted;
    return {
      legacyCustomers: figures.legacyCustomers,
      v2Customers: figures.v2Customers,
      linkedCustomers: figures.linkedCustomers,
      totalUniqueCustomers: figures.totalUniqueCustomers,
      activeCustomers: figures.activeCustomers,
      unassignedCustomers: figures.unassignedCustomers,
      systemsInUse: systemsInUse(figures),
      byStatus: Object.entries(figures.byStatus).map(([status, count]) => ({
        status: status as CustomerStatus,
        count,
      })),
      asOf: figures.asOf,
      counted,
    };
  }

  @FieldResolver(() => [AreaCount], {
    description: 'Customers by area, the area with the most first; of equals the one that sorts first.',
  })
  byArea(
    @Root() { counted }: ShownDashboard,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: areaLimits.standard,
      description: `How many areas, ${areaLimits.smallest} to ${areaLimits.largest}.`,
    })
    first: number | null,
  ): Promise<AreaCount[]> {
    return counted.byArea(first ?? areaLimits.standard);
  }

  @FieldResolver(() => [MonthCount], {
    description:
      'New customers a month, from oldest to newest, the current month last; months without any are there with 0. A month is one of the clock in which stored times without a zone are read (`LEGACY_TIMEZONE`).',
  })
  growth(
    @Root() { counted }: ShownDashboard,
    @Arg('months', () => Int, {
      nullable: true,
      defaultValue: growthLimits.standard,
      description: `How many months, the current one among them: ${growthLimits.smallest} to ${growthLimits.largest}.`,
    })
    months: number | null,
  ): Promise<MonthCount[]> {
    return counted.growth(months ?? growthLimits.standard);
  }
}

/** A dashboard with what the rest of it is counted by. */
interface ShownDashboard extends Dashboard {
  readonly counted: CountedDashboard;
}
