package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class AdmissionPropertyTest {
  private static final int PER_TENANT = 5;
  private static final int PER_CONNECTION = 7;
  private static final int ALL = 9;

  private static final List<String> NAMES = List.of("a", "b");

  private record Held(Admission.Ticket ticket, int tenant, int[] left) {}

  @Property(tries = 500)
  void noTenantTakesMoreThanItsPlacesAndAllComeBack(@ForAll long seed) {
    Random random = new Random(seed);
    Admission admission =
        new Admission(
            GatewayConfig.load(
                Map.of(
                    "weir.gateway.max-outstanding", Integer.toString(ALL),
                    "weir.gateway.max-outstanding-per-tenant", Integer.toString(PER_TENANT),
                    "weir.gateway.max-outstanding-per-connection",
                        Integer.toString(PER_CONNECTION))));
    List<Admission.Share> connections = List.of(new Admission.Share(), new Admission.Share());
    int[] taken = new int[2]; // of tenants a and b
    List<Held> held = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      if (held.isEmpty() || random.nextInt(3) > 0) {
        int tenant = random.nextInt(2);
        int count = 1 + random.nextInt(3);
        try {
          Admission.Ticket ticket =
              admission.ask(connections.get(random.nextInt(2)), NAMES.get(tenant), count);
          taken[tenant] += count;
          held.add(new Held(ticket, tenant, new int[] {count}));
        } catch (ApiException refused) {
          assertThat(refused.status()).isEqualTo(429);
        }
      } else {
        Held one = held.get(random.nextInt(held.size()));
        boolean all = random.nextBoolean();
        int back = all ? one.left()[0] : Math.min(1, one.left()[0]);
        one.left()[0] -= back;
        taken[one.tenant()] -= back;
        if (all) {
          one.ticket().leave();
        } else {
          one.ticket().leaveOne();
        }
      }
      assertThat(Math.max(taken[0], taken[1])).isLessThanOrEqualTo(PER_TENANT);
      assertThat(admission.outstanding()).isEqualTo(taken[0] + taken[1]).isLessThanOrEqualTo(ALL);
      assertThat(admission.mostOfATenant()).isEqualTo(Math.max(taken[0], taken[1]));
    }
    held.forEach(one -> one.ticket().leave());
    assertThat(admission.outstanding()).isZero();
    assertThat(admission.mostOfATenant()).isZero();
    admission.ask(connections.get(0), "a", PER_TENANT); // every place is there again
    admission.follow(connections.get(1), ALL - PER_TENANT);
  }
}
