import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.hadoop.yarn.client.api.NMClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/**
 * An ApplicationMaster that registers, so that YARN says RUNNING, runs one more container once a file
 * appears, and ends well once another does. Arguments: both files, the other container's memory in MB.
 */
public class Master {
  private static final String COMMAND =
      "(echo second; exec sleep 600) 1><LOG_DIR>/stdout 2><LOG_DIR>/stderr";

  public static void main(String[] arguments) throws Exception {
    YarnConfiguration configuration = new YarnConfiguration();
    AMRMClient<ContainerRequest> cluster = AMRMClient.createAMRMClient();
    NMClient nodes = NMClient.createNMClient();
    cluster.init(configuration);
    cluster.start();
    nodes.init(configuration);
    nodes.start();
    cluster.registerApplicationMaster("localhost", -1, "http://localhost:4040");
    Resource size = Resource.newInstance(Integer.parseInt(arguments[2]), 1);
    boolean hasAsked = false;
    while (!Files.exists(Path.of(arguments[1]))) {
      if (!hasAsked && Files.exists(Path.of(arguments[0]))) {
        cluster.addContainerRequest(new ContainerRequest(size, null, null, Priority.newInstance(1)));
        hasAsked = true;
      }
      for (Container container : cluster.allocate(0.5f).getAllocatedContainers()) {
        nodes.startContainer(
            container,
            ContainerLaunchContext.newInstance(null, null, List.of(COMMAND), null, null, null));
      }
      Thread.sleep(200);
    }
    cluster.unregisterApplicationMaster(
        FinalApplicationStatus.SUCCEEDED, "ended as it was asked to", "");
    nodes.stop();
    cluster.stop();
  }
}
