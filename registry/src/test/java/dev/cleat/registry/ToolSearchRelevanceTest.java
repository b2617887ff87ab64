// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found first among some 250 tools of some 40 servers. */
class ToolSearchRelevanceTest {
  private static final ToolSearch SEARCH = ManyTools.search();

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          which gpus are there, nvml__get_gpu_inventory
          is my gpu healthy, nvml__get_gpu_health
          XID errors in the kernel log, nvml__analyze_xid_errors
          GPUs, nvml__get_gpu_inventory
          run a command on the ray cluster, ray__submit_ray_job
          list ray jobs, ray__list_ray_jobs
          cancel ray job, ray__cancel_ray_job
          stop a job on ray, ray__cancel_ray_job
          logs of a pod, k8s__pods_log
          list pods in a namespace, k8s__pods_list_in_namespace
          scaling a deployment, k8s__deployments_scale
          replicas, k8s__deployments_scale
          restarting deployments, k8s__deployments_restart
          evict pods before node maintenance, k8s__nodes_drain
          install helm chart, k8s__helm_install
          delete pod, k8s__pods_delete
          cpu and memory of nodes, k8s__nodes_top
          create a github issue, github__create_issue
          new pull request, github__create_pull_request
          merge pull request, github__merge_pull_request
          what changed in a pull request, github__get_pull_request_diff
          who changed this line, git__git_blame
          rename a file, fs__move_file
          emoji, slack__add_reaction
          slow SQL query, postgres__explain_query
          columns of a table, postgres__describe_table
          prometheus query, grafana__query_prometheus
          promql, grafana__query_prometheus
          silence alert, grafana__create_alert_silence
          who is on call, grafana__get_current_oncall_users
          start a virtual machine, aws__ec2_start_instance
          invoke lambda, aws__lambda_invoke
          DNS records, aws__route53_list_records
          how much did we spend, aws__cost_and_usage
          free disk space, docker__prune_system
          container logs, docker__fetch_container_logs
          screenshot, browser__browser_take_screenshot
          convert time zones, time__convert_time
          search the web, search__brave_web_search
          send mail, gmail__send_email
          sendEmail, gmail__send_email
          slot for a meeting, calendar__get_freebusy
          invite people to a meeting, calendar__create_event
          refund payment, stripe__create_refund
          weather forecast, weather__get_forecast
          directions between two places, maps__maps_directions
          submit slurm batch script, slurm__sbatch
          create linear issue, linear__createIssue
          log a metric of training, mlflow__logMetric
          register model, mlflow__registerModel
          acknowledge incident, pagerduty__acknowledgeIncident
          terraform plan, terraform__terraform_plan
          remember a fact, memory__add_observations
          """)
  void whatIsMeantComesFirst(String query, String tool) {
    List<ToolHit> hits = SEARCH.search(query, 5);

    assertThat(hits)
        .as(
            "hits of \"%s\": %s",
            query, hits.stream().map(h -> h.name() + " " + h.score()).toList())
        .extracting(ToolHit::name)
        .startsWith(tool);
  }

  /** Where the words fit several, what is meant is among the first. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          send a message to slack, slack__post_message
          what time is it in Tokyo timezone, time__get_current_time
          schedule a meeting, calendar__create_event
          kube pods, k8s__pods_list
          """)
  void whatIsMeantIsAmongTheFirst(String query, String tool) {
    assertThat(SEARCH.search(query, 5)).extracting(ToolHit::name).contains(tool);
  }
}
