import { docker } from '@lithops-tools/services';
import { ApiError, notFound } from '../api/api-error.ts';
import { listing, type Operation, operation, writing } from '../api/operation.ts';
import { type Cloud, type Image, reference } from './cloud.ts';

/** Images: those of IBM, and those that are made of boot volumes. */
export function imageOperations(cloud: Cloud, account: string): Operation[] {
  const { images, volumes, instances } = cloud;
  const imageOf = (id: string | undefined) => cloud.get(images, 'Image', id);
  const shown = (image: Image) => ({
    ...reference(image, 'images'),
    created_at: image.createdAt.toISOString(),
    status: image.state,
    status_reasons: [],
    visibility: image.visibility,
    operating_system: image.system,
    user_data_format: 'cloud_init',
    ...(image.source !== undefined && { source_volume: reference(image.source, 'volumes') }),
  });
  const privateImage = (id: string | undefined) => {
    const image = imageOf(id);
    if (image.visibility === 'public') throw notFound('Image', image.id);
    return image;
  };
  return [
    listing('/images', 'images', (query) =>
      [...images.values()]
        .filter(
          ({ name, visibility }) =>
            (query['name'] ?? name) === name && (query['visibility'] ?? visibility) === visibility,
        )
        .map(shown),
    ),
    writing('POST', '/images', 'image', ({ body }) => {
      const volume = volumes.get(body.source_volume.id);
      const instance = instances.get(volume?.instance ?? '');
      if (volume === undefined || instance === undefined) throw notFound('Volume', body.source_volume.id);
      if (instance.status !== 'stopped')
        throw new ApiError(409, 'volume_instance_not_stopped', 'The instance of the volume has to be stopped');
      const fresh = cloud.fresh(body.name);
      const { system } = cloud.get(images, 'Image', instance.image);
      const source = { id: volume.id, name: volume.name };
      const tag = `${account}:${fresh.id}`;
      const isTaken = [...images.values()].some(({ name }) => name === fresh.name);
      if (isTaken) throw new ApiError(400, 'validation_unique_failed', `Image with name ${fresh.name} already exists`);
      const image: Image = { ...fresh, visibility: 'private', system, docker: tag, source };
      images.set(image.id, image);
      void instance.machine.commit(tag).then(
        () => {
          if (image.state === 'pending') image.state = 'available';
        },
        () => {
          image.state = 'failed';
        },
      );
      return { status: 201, body: shown(image) };
    }),
    operation('GET', '/images/{}', ({ path: [id] }) => ({ status: 200, body: shown(imageOf(id)) })),
    operation('DELETE', '/images/{}', async ({ path: [id] }) => {
      const image = privateImage(id);
      await docker(cloud.engine, ['rmi', '--force', image.docker]).catch(() => {}); // it was not made yet
      cloud.drop(images, image);
      return { status: 202 };
    }),
  ];
}

/** What IBM has, all with the same disk; some of it must not be taken. */
export function addImagesOfIbm(cloud: Cloud, dockerImage: string): void {
  const add = (
    name: string,
    system: string,
    architecture: string,
    day: string,
    state: Image['state'] = 'available',
  ) => {
    const fresh = { ...cloud.fresh(name), createdAt: new Date(`${day}T00:00:00Z`), state };
    const operating = { name: `${system}-${architecture}`, architecture };
    const image: Image = { ...fresh, visibility: 'public', system: operating, docker: dockerImage, source: undefined };
    cloud.images.set(image.id, image);
  };
  add('ibm-ubuntu-22-04-5-minimal-amd64-9', 'ubuntu-22-04', 'amd64', '2026-10-01');
  add('ibm-ubuntu-24-04-2-minimal-amd64-3', 'ubuntu-24-04', 'amd64', '2026-03-01');
  add('ibm-ubuntu-24-04-3-minimal-amd64-1', 'ubuntu-24-04', 'amd64', '2026-06-01');
  add('ibm-ubuntu-24-04-4-minimal-amd64-1', 'ubuntu-24-04', 'amd64', '2026-09-01', 'failed');
  add('ibm-ubuntu-24-04-3-minimal-s390x-1', 'ubuntu-24-04', 's390x', '2026-08-01');
}
